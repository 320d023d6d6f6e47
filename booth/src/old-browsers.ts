// SPDX-License-Identifier: Apache-2.0
/** What noble uses and the oldest browser we serve lacks. Imported before noble, which already needs it while loading. */

// Chrome 93; ours begins at 87.
const constructor: object = Object;
if (!("hasOwn" in constructor)) {
    Object.defineProperty(constructor, "hasOwn", {
        value: (object: object, name: PropertyKey) => Object.prototype.hasOwnProperty.call(object, name),
        configurable: true,
        writable: true,
    });
}

export {};
