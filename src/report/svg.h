/* SPDX-License-Identifier: Apache-2.0 */
/* The map as a picture: a city of environments, namespaces, groups and workloads. */
#pragma once

#include <stdio.h>

struct ward_map;

/* Writes one SVG document without scripts or outside references; the same map gives the same
 * bytes.  0, or negative errno when @out could not be written. */
int ward_report_svg(const struct ward_map *map, FILE *out);
