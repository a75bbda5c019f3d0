export { isBorrowed, isOwn, meansAbsent, removeEntry, removeKey, setEntry, setKey } from './keys';
export { addToList, isItsOwn, removeFromList, replaceInList, rewriteList, sharedList } from './lists';
export { addNames, type Named, replaceName } from './names';
export { nearOf } from './near';
export { environmentStyle, indexOfPair, setPair } from './pairs';
