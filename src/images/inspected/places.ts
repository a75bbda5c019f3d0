import type { Evidence } from '../types';
import type { ImageFacts, Place, Step } from '../xray';

/** A line of an image as evidence: its path, and the layer that holds it. */
export function placeEvidence({ layer, path, line }: Place, detail: string, { name }: { name: string }): Evidence {
  const where = path === 'config' ? 'configuration' : `${path}${line === undefined ? '' : `:${line}`}`;
  return { kind: 'image', ref: `${name} ${where} in ${layer}`, detail };
}

/** `/entry.sh:12`: a place within a sentence. */
export function placeText({ path, line }: Place): string {
  return path === 'config' ? 'its configuration' : `${path}${line === undefined ? '' : `:${line}`}`;
}

/** What a step does, shortly, as somebody would type it. */
export function stepText(step: Step): string {
  const path = 'path' in step && step.do !== 'run' ? (step.path ?? step.written ?? '') : 'written' in step ? (step.written ?? '') : '';
  switch (step.do) {
    case 'run':
      return step.argv.join(' ');
    case 'become':
      return `${step.by} ${step.owner.written}`;
    case 'chown':
      return `chown ${step.recursive ? '-R ' : ''}${step.owner.written} ${path}`;
    case 'chmod':
      return `chmod ${step.recursive ? '-R ' : ''}${step.mode} ${path}`;
    case 'write':
      return step.what === 'directory' ? `${step.by} makes ${path}` : `${step.by} writes ${path}`;
    case 'remove':
      return `${step.by} removes ${path}`;
    case 'link':
      return `${step.by} links ${path}`;
    case 'look':
      return `${step.by} looks at ${path}`;
    case 'account':
      return `${step.by} changes an account`;
  }
}

/** An image that was looked into: its facts, and what evidence calls it. */
export interface InspectedImage {
  /** `acme/api:1` */
  name: string;
  facts: ImageFacts;
}
