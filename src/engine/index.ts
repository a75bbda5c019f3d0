export { Engine } from './client/engine';
export { cleanUp } from './prove/cleanup';
export { type Proof, type ProveSetup, prove } from './prove/prove';
