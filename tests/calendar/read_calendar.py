#!/usr/bin/env python3
"""Reads iCalendar from standard input with a parser that is not ours, and says what is in it.

    read_calendar.py iana | own

Prints a line for each event, its fields between tabs, each text in base64: UID, SEQUENCE, STATUS,
SUMMARY, DESCRIPTION, LOCATION, URL, and DTSTAMP, DTSTART and DTEND in seconds since 1970. With `iana`
the names of time zones are looked up in the IANA database; with `own` they are what the calendar
itself says of them.
"""

import base64
import datetime
import re
import sys

import icalendar


def seconds(value):
    if hasattr(value.tzinfo, 'localize') and value.tzinfo.zone != 'UTC':
        # A time that comes twice is the first of the two (RFC 5545, section 3.3.5); left to itself,
        # the parser's library takes the second.
        value = value.tzinfo.localize(value.replace(tzinfo=None), is_dst=True)
    return int((value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds())


def text(event, name):
    return base64.b64encode(str(event.get(name, '')).encode()).decode()


def main():
    content = sys.stdin.buffer.read().decode('utf-8')
    if sys.argv[1] == 'own':
        # The parser looks up a name that it knows, whatever the calendar says.
        content = re.sub(r'\bTZID([=:])', r'TZID\1own-', content)
    calendar = icalendar.Calendar.from_ical(content)
    if calendar.name != 'VCALENDAR' or str(calendar['VERSION']) != '2.0' or 'PRODID' not in calendar:
        sys.exit('not a calendar')
    for event in calendar.walk('VEVENT'):
        texts = [text(event, name) for name in (
            'UID', 'SEQUENCE', 'STATUS', 'SUMMARY', 'DESCRIPTION', 'LOCATION', 'URL')]
        times = [str(seconds(event[name].dt)) for name in ('DTSTAMP', 'DTSTART', 'DTEND')]
        print('\t'.join(texts + times))


main()
