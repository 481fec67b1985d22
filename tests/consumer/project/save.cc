// Compiles a preset into a file, for a program that carries no compiler.
#include <fstream>
#include <iostream>

#include "policy/compiler/compiler.h"

int main(int, char** argv) {
  auto matrix = provost::CompilePreset(argv[1]);
  if (!matrix.ok()) {
    std::cerr << matrix.status() << "\n";
    return 2;
  }
  std::ofstream(argv[2], std::ios::binary) << (*matrix)->Serialize();
}
