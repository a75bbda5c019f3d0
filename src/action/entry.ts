import { printOn } from '../cli/screen';
import { BattenError } from '../errors';
import { say } from '../report/text/screen';
import { runAction } from './main';

runAction(process.env, process.cwd()).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const hint = error instanceof BattenError && error.hint ? say`\n  hint: ${error.hint}` : '';
    const location = error instanceof BattenError && error.location ? say`${error.location}: ` : '';
    printOn(process.stderr, say`${location}error: ${error instanceof Error ? error.message : String(error)}${hint}\n`);
    process.exitCode = 2;
  },
);
