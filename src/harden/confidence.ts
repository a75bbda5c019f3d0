export { atLeast, lessSure as atMost } from '../images/confidence';
export { CONFIDENCES } from '../images/types';
