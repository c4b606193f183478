import type { Manifest } from '../manifests.ts'

/** Something that must hold for all objects of one installation; returns what is wrong. */
export type Rule = (manifests: readonly Manifest[]) => string[]
