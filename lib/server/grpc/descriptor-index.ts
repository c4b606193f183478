import type { AnyDesc, DescFile } from '@bufbuild/protobuf'
import { nestedTypes } from '@bufbuild/protobuf/reflect'

/** Where things are declared, for files and all that they import. */
export interface DescriptorIndex {
  /** By the name under which it is imported. */
  readonly files: ReadonlyMap<string, DescFile>
  /** By the full name of what is declared in it: service, method, message, field, oneof, enum, value or extension. */
  readonly symbols: ReadonlyMap<string, DescFile>
  /** For each message the files that extend it, by the number of the extension. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<number, DescFile>>
}

export function createDescriptorIndex(roots: readonly DescFile[]): DescriptorIndex {
  const files = new Map<string, DescFile>()
  for (const root of roots) for (const file of withImports(root)) files.set(file.proto.name, file)
  const symbols = new Map<string, DescFile>()
  const extensions = new Map<string, Map<number, DescFile>>()
  for (const file of files.values()) {
    for (const type of nestedTypes(file)) {
      for (const name of namesIn(type)) symbols.set(name, file)
      if (type.kind === 'message') extensions.set(type.typeName, extensions.get(type.typeName) ?? new Map())
      if (type.kind === 'extension') {
        const extended = extensions.get(type.extendee.typeName) ?? new Map<number, DescFile>()
        extensions.set(type.extendee.typeName, extended.set(type.number, file))
      }
    }
  }
  return { files, symbols, extensions }
}

/** A file behind all that it imports, each once. */
export function withImports(file: DescFile): DescFile[] {
  const found = new Set<DescFile>()
  const visit = (visited: DescFile) => {
    if (found.has(visited)) return
    visited.dependencies.forEach(visit)
    found.add(visited)
  }
  visit(file)
  return [...found]
}

/** The full names that a declaration brings: its own and those of its parts. */
function namesIn(type: AnyDesc): string[] {
  switch (type.kind) {
    case 'service':
      return [type.typeName, ...type.methods.map(({ name }) => `${type.typeName}.${name}`)]
    case 'message':
      return [type.typeName, ...[...type.fields, ...type.oneofs].map(({ name }) => `${type.typeName}.${name}`)]
    case 'enum': {
      // the values of an enum stand beside it, not in it
      const scope = type.typeName.slice(0, type.typeName.lastIndexOf('.') + 1)
      return [type.typeName, ...type.values.map(({ name }) => `${scope}${name}`)]
    }
    case 'extension':
      return [type.typeName]
    default:
      return []
  }
}
