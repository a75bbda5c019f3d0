import { keepCompiled, loadProgram } from './bundle';

keepCompiled(process.env);
const { processHost, runCli, wordsFromDocker } = loadProgram();
const [, program = '', ...words] = process.argv;

// The exit code is set, not the process ended: what is written to a pipe still has to leave.
void runCli(wordsFromDocker(program, words), processHost()).then((code) => {
  process.exitCode = code;
});
