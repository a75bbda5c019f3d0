export { atLeast, lessSure as atMost } from '../images/confidence';
