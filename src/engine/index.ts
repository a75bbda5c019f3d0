export { Engine } from './client/engine';
export { readContainers } from './containers';
export { type Validation, validateConfiguration } from './daemon/validate';
export { type LearnSetup, learn } from './learn/learn';
export type { LearnReport } from './learn/report';
export { type Migrated, Migration } from './ownership/migrate';
export type { PlannedMount, PlannedService, ProjectPlan } from './ownership/project-plan';
export { cleanUp } from './prove/cleanup';
export { type Proof, type ProveSetup, prove } from './prove/prove';
