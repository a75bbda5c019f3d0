import { language, type Part, type Text } from './text';
import { visible } from './visible';

/** Text for a person at a screen. */
export type Shown = Text<'screen'>;

/** What can be shown: a string is from outside. */
export type Showable = Part<'screen'>;

/** Makes text for a screen: values from outside are in one line and can be seen, whatever they are. */
export const say = language('screen', visible);
