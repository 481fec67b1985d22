#!/usr/bin/env python3
"""Reads a mail from standard input with Python's own package, and prints what a person would see of it.

The first line is the subject and the text, each further one a file that is attached: its name, its media
type, its bytes. Tabs stand between them, and each is in base64. Ends with 1 where the mail has defects.
"""

import base64
import email
import email.policy
import sys


def shown(*values):
    print(*(base64.b64encode(value).decode() for value in values), sep='\t')


def main():
    mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
    parts = list(mail.walk())
    defects = [defect for part in parts for defect in part.defects]
    if defects:
        sys.exit(f'defects: {defects}')
    text = mail.get_body(('plain',))
    shown(mail['Subject'].encode(), text.get_content().replace('\r\n', '\n').encode())
    for part in mail.iter_attachments():
        shown(part.get_filename().encode(), part['Content-Type'].encode(), part.get_payload(decode=True))


main()
