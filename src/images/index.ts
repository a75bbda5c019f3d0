export { projectRoot } from '../compose/project-root';
export { advise } from './advise';
export { API_SECTIONS } from './api-sections';
export type { Family } from './catalogue';
export { type EvidenceOptions, gatherEvidence } from './evidence';
export { explainImage, families, plainProject } from './explain';
export { describeService, type ServiceDescription, type ServiceFact } from './explain-service';
export {
  type ImageConfig,
  type ImageConfigs,
  type ImageIdentity,
  type Inspected,
  type InspectedEngine,
  imageConfigKind,
  imageConfigsIn,
  inspectedConfig,
  readImageConfigs,
} from './image-config';
export { decidingFacts } from './inspected/deciding';
export { factsFromLock, lockedFacts } from './inspected/locked-facts';
export { compileTemplates, loadTemplates, type TemplateFile } from './load';
export type { OwnImage, ProjectEvidence } from './own-image';
export type { OwnedData } from './owned';
export { ProjectFiles } from './project-files';
export { parseReference, type Reference } from './reference';
export { socketProxy } from './socket';
export type { Template } from './template';
export * from './types';
export type { ImageFacts } from './xray';
