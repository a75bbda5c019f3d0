import { isMainThread } from 'node:worker_threads';
import type { ServerSetting } from './server';

/** Starts the language server. It and its analysis are one file in the build, which runs once in each of two threads. */
export function serve(setting: Omit<ServerSetting, 'script'>): void {
  (require('./server') as typeof import('./server')).serve({ ...setting, script: __filename });
}

if (!isMainThread) (require('./worker') as typeof import('./worker')).answer();
