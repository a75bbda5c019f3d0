/*
 * The one place that tells credentials: by the words of a name, by the form of a value, and by where it stands. The masks of reports and the
 * transform that moves credentials out of a file share it.
 */

export { credentialsOf, type FindOptions, findCredentials, type Span } from './find';
export { isCredentialName, speaksOfCredentials } from './names';
export { type Occurrence, Occurrences } from './occurrences';
export { isPublicValue, isWord, looksMade, MASK } from './values';
