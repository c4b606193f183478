import type { AnyDesc, DescFile } from '@bufbuild/protobuf'
import { nestedTypes } from '@bufbuild/protobuf/reflect'

/** An index of the declarations in a set of files and their imports. */
export interface DescriptorIndex {
  /** By import path. */
  readonly files: ReadonlyMap<string, DescFile>
  /** By the full name of a declared service, method, message, field, oneof, enum, enum value or extension. */
  readonly symbols: ReadonlyMap<string, DescFile>
  /** By message name, then by extension number: the file that declares the extension. */
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

/** A file and its transitive imports, each once and after its own imports. */
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

/** The full names of a declaration and its members. */
function namesIn(type: AnyDesc): string[] {
  switch (type.kind) {
    case 'service':
      return [type.typeName, ...type.methods.map(({ name }) => `${type.typeName}.${name}`)]
    case 'message':
      return [type.typeName, ...[...type.fields, ...type.oneofs].map(({ name }) => `${type.typeName}.${name}`)]
    case 'enum': {
      // enum values are siblings of their enum, not members of it
      const scope = type.typeName.slice(0, type.typeName.lastIndexOf('.') + 1)
      return [type.typeName, ...type.values.map(({ name }) => `${scope}${name}`)]
    }
    case 'extension':
      return [type.typeName]
    default:
      return []
  }
}
