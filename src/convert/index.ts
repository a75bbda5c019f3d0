export { exportKubernetes } from './export/kubernetes';
export { type ExportProject, exportProject } from './export/project';
export { exportQuadlet } from './export/quadlet';
export { type Exported, exportRun } from './export/run';
export { type FromEngine, stackOfContainers } from './inspect/read';
export { callsEngine } from './run/command-line';
export { stackOfRunLines } from './run/read';
export { type MovedSecret, takeSecretsOut } from './secrets';
