#!/usr/bin/env python3
"""A real SMTP server for tests, on a free port of the loopback.

    smtp_server.py FOLDER [--tls] [--auth USER:PASSWORD]

Prints the port once it listens, and ends when its standard input does. Each mail that comes in whole is
written to FOLDER/<number>.eml before it is answered; its envelope stands in front, as X-Test headers.
With --tls it has STARTTLS, with a certificate that it makes: FOLDER/cert.pem. Files in FOLDER, looked for
at each mail, say what it does:

    hold   no answer to a mail for as long as this file is there; with a number in it, to the mail of
           that number
    data   the answer to mails, e.g. "451 4.3.0 later"
    rcpt   the answer to recipients
"""

import argparse
import asyncio
import itertools
import os
import pathlib
import ssl
import subprocess
import sys

from aiosmtpd.smtp import SMTP, AuthResult

NUMBERS = itertools.count(1)


class Handler:
    def __init__(self, folder):
        self.folder = folder

    def answer(self, name):
        file = self.folder / name
        return file.read_text(encoding='utf-8').strip() if file.exists() else None

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.answer('rcpt')
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        answer = self.answer('data')
        if answer:
            return answer
        head = (f'X-Test-From: {envelope.mail_from}\r\nX-Test-To: {",".join(envelope.rcpt_tos)}\r\n'
                f'X-Test-Tls: {"yes" if session.ssl else "no"}\r\n'
                f'X-Test-Auth: {"yes" if session.authenticated else "no"}\r\n')
        number = next(NUMBERS)
        name = f'{number:06}-{os.getpid()}.eml'
        draft = self.folder / (name + '.new')
        draft.write_bytes(head.encode() + envelope.content)
        draft.rename(self.folder / name)  # A file that is there is complete.
        while self.answer('hold') in ('', str(number)):
            await asyncio.sleep(0.01)
        return '250 OK'


def certificate(folder):
    cert, key = folder / 'cert.pem', folder / 'key.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                    '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=IP:127.0.0.1'], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def serve(arguments):
    folder = pathlib.Path(arguments.folder)
    options = {'hostname': 'localhost', 'ident': 'test'}
    if arguments.tls:
        options['tls_context'] = certificate(folder)
    if arguments.auth:
        user, password = arguments.auth.split(':')

        def check(server, session, envelope, mechanism, data):
            good = data.login == user.encode() and data.password == password.encode()
            # `handled` would say that a refusal was answered already.
            return AuthResult(success=good, handled=False)

        options.update(authenticator=check, auth_required=True, auth_require_tls=False)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(folder), **options), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder')
    parser.add_argument('--tls', action='store_true')
    parser.add_argument('--auth')
    asyncio.run(serve(parser.parse_args()))


main()
