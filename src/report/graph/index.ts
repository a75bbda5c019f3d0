export { type Stack, stacksPage } from '../page';
export { dot } from './dot';
export { networksPage } from './html';
export { networksJson } from './json';
export { mermaid } from './mermaid';
export { nwdiag } from './nwdiag';
export { type Picture, pictureOf } from './picture';
export { svgFile } from './svg';
