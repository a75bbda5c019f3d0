/*
 * The library for a browser, a worker at an edge and whatever else has no disk: the same, with the templates inside. A project is `text` and
 * `texts`; there is no `directory`.
 */
export * from '../index';
