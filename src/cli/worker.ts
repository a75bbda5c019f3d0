import { parentPort } from 'node:worker_threads';
import { keepCompiled, loadApp } from './bundle';

// What is read of the library was compiled by the first thread, or will be by this one.
keepCompiled(process.env);
loadApp().answerTasks(parentPort!);
