/** A change of the tree that no text edit is known for. The change is then refused, never approximated. */
export class CannotWrite extends Error {}
