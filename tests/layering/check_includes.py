#!/usr/bin/env python3
"""Which room may know which: fails where an include goes the wrong way.

    check_includes.py ROOT

Reads every C++ file and CMakeLists.txt of policy/, src/ and tools/ under ROOT, prints each violation
as `file:line: what is wrong`, and exits with 1 if there is one.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
ROCKSDB = re.compile(r'\brocksdb(::|/)|\bRocksDB::')
GRPC = re.compile(r'^(grpc|grpcpp|grpc\+\+)/|\.grpc\.pb\.h$')
PROTOBUF = re.compile(r'^google/|\.pb\.h$')

# What the rooms of policy/ may include of each other.
POLICY = {
    'matrix': {'matrix'},
    'world': {'matrix', 'world'},
    'decide': {'matrix', 'world', 'decide'},
    'compiler': {'matrix', 'world', 'decide', 'compiler'},
    'scenario': {'matrix', 'world', 'decide', 'compiler', 'scenario'},
}
# Those of them that an embedder gets with Abseil alone.
ABSEIL_ALONE = {'matrix', 'world', 'decide'}

# What the rooms of src/ may include of each other.
SRC = {
    'base': {'base'},
    'calendar': {'base', 'calendar'},
    'quiz': {'quiz'},
    'csv': {'csv'},
    'learning': {'learning'},
    'mail': {'mail'},
    'print': {'print'},
    'store': {'base', 'store'},
    'tenant': {'base', 'calendar', 'learning', 'store', 'tenant'},
    'service': {'base', 'calendar', 'csv', 'learning', 'mail', 'print', 'quiz', 'store', 'tenant', 'service'},
    'server': {'base', 'mail', 'store', 'tenant', 'service', 'server', 'client'},
    'client': {'base', 'client'},
}
WITHOUT_POLICY = {'base', 'calendar', 'csv', 'learning', 'mail', 'print', 'quiz', 'store', 'client'}
WITHOUT_GRPC = {'base', 'calendar', 'csv', 'learning', 'mail', 'print', 'quiz', 'store', 'tenant'}


def room_of(path, top):
    """The room that a path such as `policy/world/world.h` is in, or None for a file of `top` itself."""
    parts = path.split('/')
    return parts[1] if parts[0] == top and len(parts) > 2 else None


def judge_policy(room, include):
    if GRPC.search(include):
        return 'policy/ does not know gRPC'
    if include.split('/')[0] in SRC and '/' in include:
        return 'policy/ knows nothing of src/'
    if room in ABSEIL_ALONE and PROTOBUF.search(include):
        return f'policy/{room} has Abseil alone, no protobuf'
    other = room_of(include, 'policy')
    if room in POLICY and other in POLICY and other not in POLICY[room]:
        return f'policy/{room} does not know policy/{other}'
    return None


def judge_src(room, include):
    if room in WITHOUT_POLICY and include.startswith('policy/'):
        return f'src/{room} does not know policy/'
    if room in WITHOUT_GRPC and GRPC.search(include):
        return f'src/{room} does not know gRPC'
    other = include.split('/')[0]
    if room in SRC and other in SRC and '/' in include and other not in SRC[room]:
        return f'src/{room} does not know src/{other}'
    return None


def judge(path, include):
    """What is wrong with this include in the file at this path, or None."""
    if '..' in include.split('/') or include.startswith(('src/', 'proto/')):
        return 'includes are spelled from the root of the repository, of src/ or of proto/'
    if include.startswith('tests/'):
        return 'nothing that ships includes tests/'
    if path.startswith('policy/'):
        return judge_policy(room_of(path, 'policy'), include)
    if path.startswith('src/'):
        return judge_src(room_of(path, 'src'), include)
    return None


def violations(root):
    """All violations under `root`, in the order of files and lines, as (path, line, what)."""
    found = []
    for top in ('policy', 'src', 'tools'):
        for file in sorted((root / top).rglob('*')):
            if file.suffix not in ('.h', '.cc') and file.name != 'CMakeLists.txt':
                continue
            path = file.relative_to(root).as_posix()
            known = {'policy': POLICY, 'src': SRC}.get(top)
            if known and file.suffix in ('.h', '.cc') and room_of(path, top) not in known:
                found.append((path, 1, 'not in a room that tests/layering knows: add it to the rules'))
            for number, line in enumerate(file.read_text(encoding='utf-8').splitlines(), 1):
                match = INCLUDE.match(line)
                what = match and judge(path, match[1])
                code = re.split(r'//|#(?!\s*include)', line)[0]
                if not what and not path.startswith('src/store/') and ROCKSDB.search(code):
                    what = 'nothing outside src/store names RocksDB'
                if what:
                    found.append((path, number, what))
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    if not (root / 'policy').is_dir():
        sys.exit(f'{root} is not the root of the repository: it has no policy/')
    found = violations(root)
    for path, number, what in found:
        print(f'{path}:{number}: {what}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
