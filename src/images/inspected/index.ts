export { applyInspected } from './apply';
export { imageFromFacts } from './image';
export type { InspectedImage } from './places';
