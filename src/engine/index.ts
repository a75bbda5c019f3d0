export { Engine } from './client/engine';
export { type LearnReport, type LearnSetup, learn } from './learn/learn';
export { cleanUp } from './prove/cleanup';
export { type Proof, type ProveSetup, prove } from './prove/prove';
