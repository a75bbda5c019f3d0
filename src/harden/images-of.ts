import { splitFile } from '../compose/file-path';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Path } from '../yaml/types';

/** The text of an image, where it is written, and all services that get it. */
export interface Image {
  raw: string;
  path: Path;
  services: ComposeService[];
}

/**
 * The images of a project that are pulled, each text once. With `build:` the name is only what the result is called, and a name with a
 * variable in it is decided elsewhere: neither is one.
 */
export function images(project: ComposeProject): Image[] {
  const found = new Map<string, Image>();
  for (const service of project.services) {
    const written = service.written('image');
    if (service.build || service.has('provider') || !written || written.text === '' || written.text.includes('$')) continue;
    if (!project.files[splitFile(written.path).file]!.editable) continue;
    const key = JSON.stringify(written.path);
    const image = found.get(key) ?? { raw: written.text, path: written.path, services: [] };
    image.services.push(service);
    found.set(key, image);
  }
  // A text that is also the name of what somebody builds stays.
  const built = new Set(project.services.flatMap((service) => (service.build ? [JSON.stringify(service.written('image')?.path)] : [])));
  return [...found].flatMap(([key, image]) => (built.has(key) ? [] : [image]));
}
