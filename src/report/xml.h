/* SPDX-License-Identifier: Apache-2.0 */
/* Text inside XML. */
#pragma once

#include <stdio.h>

/* XML 1.0 has no way at all to write most control characters: they become U+FFFD. */
void ward_xml_put(FILE *out, const char *text);

/* A blank and name="value"; NULL is empty. */
void ward_xml_attribute(FILE *out, const char *name, const char *value);
