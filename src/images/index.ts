export { advise } from './advise';
export type { Family } from './catalogue';
export { explainImage, families } from './explain';
export { compileTemplates, loadTemplates, type TemplateFile } from './load';
export { parseReference, type Reference } from './reference';
export type { Template } from './template';
export * from './types';
