import { anthropic } from './anthropic.ts';
import { cohereCommandR } from './cohere-command-r.ts';
import { cohereCommand } from './cohere-command.ts';
import { cohereEmbed } from './cohere-embed.ts';
import { deepseek } from './deepseek.ts';
import { echo } from './echo.ts';
import type { Family } from './family.ts';
import { imageGeneration } from './image-generation.ts';
import { jamba } from './jamba.ts';
import { jurassic } from './jurassic.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { novaEmbed } from './nova-embed.ts';
import { nova } from './nova.ts';
import { openaiChat } from './openai-chat.ts';
import { stability } from './stability.ts';
import { titanEmbedImage } from './titan-embed-image.ts';
import { titanEmbed } from './titan-embed.ts';
import { titanText } from './titan-text.ts';

export type { Family } from './family.ts';

/** The first that matches counts. */
const FAMILIES: readonly Family[] = [
  echo,
  anthropic,
  nova,
  novaEmbed,
  titanText,
  titanEmbed,
  titanEmbedImage,
  imageGeneration,
  llama,
  mistral,
  cohereCommand,
  cohereCommandR,
  cohereEmbed,
  jamba,
  jurassic,
  stability,
  deepseek,
  openaiChat,
];

/** The family of a model's id; undefined: the built-in model cannot stand in for it. */
export function familyOf(modelId: string): Family | undefined {
  return FAMILIES.find((family) => family.matches(modelId));
}
