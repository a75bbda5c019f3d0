export { type FromEngine, stackOfContainers } from './inspect/read';
export { callsEngine } from './run/command-line';
export { stackOfRunLines } from './run/read';
export { type MovedSecret, takeSecretsOut } from './secrets';
