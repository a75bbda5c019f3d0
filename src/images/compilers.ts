/** What a build checks and compiles templates and hints with. */
export { compileTemplates, indexTemplates } from './compile';
export { compileHints } from './hints/compile';
