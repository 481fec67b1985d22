#include "server/run.h"

int main(int argc, char** argv) { return provost::RunServer(argc, argv); }
