#!/usr/bin/env python3
"""Holds check_includes.py against small trees whose violations are known."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_includes

# Path, a line of it, and a part of what has to be found, or None where all is well.
CASES = [
    ('policy/world/world.h', '#include "absl/time/time.h"', None),
    ('policy/world/world.h', '#include "policy/matrix/matrix.h"', None),
    ('policy/decide/check.cc', '#include "policy/world/world.h"', None),
    ('policy/compiler/compiler.h', '#include "provost/v1/policy.pb.h"', None),
    ('src/store/lane.cc', '#include <rocksdb/db.h>', None),
    ('src/store/lane.cc', 'rocksdb::DB* db;', None),
    ('src/store/CMakeLists.txt', '  DEPS RocksDB::rocksdb-shared', None),
    ('src/tenant/tenant.cc', '#include "policy/world/world.h"', None),
    ('src/tenant/tenant.cc', '#include "store/lane.h"', None),
    ('src/tenant/tenant.cc', '// rocksdb::Status never gets here', None),
    ('src/service/access.cc', '#include "provost/v1/access.grpc.pb.h"', None),
    ('src/service/access.cc', '#include "csv/reader.h"', None),
    ('src/csv/reader.h', '#include "store/lane.h"', 'src/store'),
    ('src/csv/reader.h', '#include "policy/world/world.h"', 'does not know policy/'),
    ('src/mail/smtp.h', '#include "tenant/tenant.h"', 'src/tenant'),
    ('src/service/certificate_service.cc', '#include "print/certificate.h"', None),
    ('src/print/certificate.h', '#include "tenant/tenant.h"', 'src/tenant'),
    ('src/print/certificate.h', '#include "policy/world/world.h"', 'does not know policy/'),
    ('tools/provost/main.cc', '#include "client/channel.h"', None),
    ('policy/world/world.h', '#include <grpcpp/grpcpp.h>', 'does not know gRPC'),
    ('policy/scenario/run.cc', '#include "provost/v1/access.grpc.pb.h"', 'does not know gRPC'),
    ('policy/world/world.cc', '#include "store/lane.h"', 'knows nothing of src/'),
    ('policy/compiler/compiler.cc', '  #  include "tenant/tenant.h"', 'knows nothing of src/'),
    ('policy/world/world.cc', '#include <rocksdb/db.h>', 'names RocksDB'),
    ('policy/matrix/matrix.cc', '#include "provost/v1/policy.pb.h"', 'no protobuf'),
    ('policy/world/world.cc', '#include <google/protobuf/message.h>', 'no protobuf'),
    ('policy/decide/check.cc', '#include "google/protobuf/timestamp.pb.h"', 'no protobuf'),
    ('policy/decide/check.cc', '#include "policy/compiler/compiler.h"', 'policy/compiler'),
    ('policy/matrix/matrix.h', '#include "policy/world/world.h"', 'policy/world'),
    ('policy/world/world.h', '#include "policy/decide/check.h"', 'policy/decide'),
    ('policy/compiler/compiler.h', '#include "policy/scenario/run.h"', 'policy/scenario'),
    ('policy/cache/cache.h', '#include <vector>', 'not in a room'),
    ('src/store/lane.h', '#include "policy/world/world.h"', 'does not know policy/'),
    ('src/store/lane.h', '#include "tenant/tenant.h"', 'src/tenant'),
    ('src/store/lane.h', '#include <grpcpp/grpcpp.h>', 'does not know gRPC'),
    ('src/tenant/tenant.h', '#include "service/unary_call.h"', 'src/service'),
    ('src/tenant/tenant.h', '#include <grpcpp/support/status.h>', 'does not know gRPC'),
    ('src/tenant/tenant.cc', '#include <rocksdb/db.h>', 'names RocksDB'),
    ('src/tenant/tenant.cc', 'rocksdb::Status status;', 'names RocksDB'),
    ('src/tenant/CMakeLists.txt', '  DEPS RocksDB::rocksdb-shared', 'names RocksDB'),
    ('src/service/access.cc', '#include "server/config.h"', 'src/server'),
    ('src/client/channel.h', '#include "tenant/tenant.h"', 'src/tenant'),
    ('src/cache.h', '#include <vector>', 'not in a room'),
    ('src/cache/cache.h', '#include <vector>', 'not in a room'),
    ('src/service/access.cc', '#include "tests/model/naive.h"', 'includes tests/'),
    ('policy/world/world.cc', '#include "tests/model/naive.h"', 'includes tests/'),
    ('tools/provost/main.cc', '#include "tests/model/naive.h"', 'includes tests/'),
    ('tools/provost/main.cc', '#include <rocksdb/db.h>', 'names RocksDB'),
    ('src/tenant/tenant.cc', '#include "../store/lane.h"', 'are spelled'),
    ('src/tenant/tenant.cc', '#include "src/store/lane.h"', 'are spelled'),
]


def write(root, path, *lines):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(''.join(line + '\n' for line in lines), encoding='utf-8')


class CheckIncludesTest(unittest.TestCase):
    def test_each_line_alone(self):
        for path, line, want in CASES:
            with self.subTest(path=path, line=line), tempfile.TemporaryDirectory() as folder:
                root = pathlib.Path(folder)
                write(root, path, line)
                found = [what for _, _, what in check_includes.violations(root)]
                if want is None:
                    self.assertEqual(found, [])
                else:
                    self.assertEqual(len(found), 1, found)
                    self.assertIn(want, found[0])

    def test_the_program_names_file_and_line_and_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            write(root, 'policy/world/world.h', '#pragma once', '', '#include <grpcpp/grpcpp.h>')
            write(root, 'src/store/lane.h', '#include "policy/world/world.h"')
            ran = self.run_on(root)
            self.assertEqual(ran.returncode, 1)
            self.assertIn('policy/world/world.h:3: policy/ does not know gRPC', ran.stdout)
            self.assertIn('src/store/lane.h:1: src/store does not know policy/', ran.stdout)

    def test_the_program_passes_a_clean_tree_and_refuses_another_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            self.assertNotEqual(self.run_on(root).returncode, 0)
            write(root, 'policy/world/world.h', '#include "policy/matrix/matrix.h"')
            self.assertEqual(self.run_on(root).returncode, 0)

    def run_on(self, root):
        return subprocess.run([sys.executable, check_includes.__file__, str(root)],
                              capture_output=True, text=True, check=False)


if __name__ == '__main__':
    unittest.main()
