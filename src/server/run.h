#ifndef PROVOST_SERVER_RUN_H_
#define PROVOST_SERVER_RUN_H_

namespace provost {

/// provostd: reads flags, configuration file and environment, serves until SIGTERM or SIGINT, and
/// returns the exit code: 0 after a signal or --help, 1 where it could not start, 2 for flags that
/// make no sense. Must be called before any thread is started.
int RunServer(int argc, char** argv);

}  // namespace provost

#endif  // PROVOST_SERVER_RUN_H_
