/* SPDX-License-Identifier: Apache-2.0 */
/* The one function of a fuzz target. */
#pragma once

#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *bytes,
								  size_t size);
