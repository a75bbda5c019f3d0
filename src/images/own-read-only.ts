import { covers } from '../compose/container-path';
import { type OwnContext, supported } from './own-context';
import type { ReadOnlyAdvice, Verdict } from './types';

/** Read-only for an image whose start can be read: a script that writes into the image rules it out. */
export function ownReadOnly(verdict: Verdict<ReadOnlyAdvice>, { own, service, situation }: OwnContext): Verdict<ReadOnlyAdvice> {
  if (verdict.value === false) return verdict;
  const writable = [
    ...verdict.value.tmpfs.map((tmpfs) => tmpfs.path),
    ...service.mounts.map((mount) => mount.target),
    ...service.tmpfs.map((tmpfs) => tmpfs.target),
  ];
  const write = own.scripts
    .flatMap((script) => script.writes)
    .find(({ value }) => !writable.some((place) => place !== '' && place !== '/' && covers(place, value)));
  if (write) {
    const why = `${write.evidence.ref} writes to ${write.value}, which is a part of the image`;
    return { value: false, confidence: 'generic', why, evidence: [write.evidence] };
  }
  if (verdict.confidence !== 'guess' || own.source !== 'dockerfile' || situation.start !== 'user') return verdict;
  const [given] = own.givenAway;
  if (given) {
    const why = `${given.evidence.ref} gives files of the image to ${given.value}: it may write where they are`;
    return supported({ ...verdict, why: `${verdict.why}; ${why}` }, [given.evidence]);
  }
  if (!own.user || situation.user.kind !== 'unset') return verdict;
  const why = 'it is not root, and no build step gives it a directory of the image: beside temporary files it can only write to its home';
  return supported({ ...verdict, why }, [own.user.evidence]);
}
