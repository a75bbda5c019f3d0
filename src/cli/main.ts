import { keepCompiled, loadProgram } from './bundle';

keepCompiled(process.env);
const { processHost, runCli } = loadProgram();

// The exit code is set, not the process ended: what is written to a pipe still has to leave.
void runCli(process.argv.slice(2), processHost()).then((code) => {
  process.exitCode = code;
});
