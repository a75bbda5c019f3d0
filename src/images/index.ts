export { advise } from './advise';
export { explainImage, type Family, families } from './explain';
export { compileTemplates, loadTemplates, type TemplateFile } from './load';
export { parseReference, type Reference } from './reference';
export type { Template } from './template';
export * from './types';
