import * as z from 'zod';

/** Names that every JavaScript object answers to. A lookup that forgot to be careful would find them. */
function isReserved(name: string): boolean {
  return name in Object.prototype || name === 'prototype';
}

const notReserved = { error: 'is reserved: choose another' };

const plainName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes and underscores')
  .refine((name) => !isReserved(name), notReserved);

/** A provider's name. It becomes a metric dimension. */
export const providerName = plainName;

/** The name of a caller's key. */
export const keyName = plainName;

/** A deployment's id or a route's name. Both travel in response headers and metric dimensions, so they are plain ASCII. */
export const deploymentOrRouteName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._:/@+-]{0,127}$/, 'must be 1 to 128 letters, digits and . _ : / @ + -')
  .refine((name) => !isReserved(name), notReserved);

/** Tags of deployments. A comma separates them in `x-nemo-tags`. */
export const tagName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'must be 1 to 64 letters, digits and . _ : -');
