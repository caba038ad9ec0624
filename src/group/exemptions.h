/* SPDX-License-Identifier: Apache-2.0 */
/* Named exemptions: what a baseline leaves open because clusters do not work without it.  Each is
 * defined once, here; policies name them, `ward help exemptions` prints them. */
#pragma once

#include "base/proto.h"

enum ward_exemption {
	WARD_EXEMPT_DNS,
	WARD_EXEMPT_INGRESS_CONTROLLERS,
	WARD_EXEMPT_MONITORING,
	WARD_EXEMPT_APISERVER_WEBHOOKS,
	WARD_N_EXEMPTION,
};

struct ward_exemption_port {
	enum ward_proto proto;
	uint16_t low, high;
};

enum {
	WARD_EXEMPTION_WORDS = 12
};

/* The peers are pods with one of @values as label @key in one of @namespaces; or with no @key the
 * nodes that carry the label @nodes. */
struct ward_exemption_def {
	const char *name, *summary;
	enum ward_direction direction;
	const char *namespaces[WARD_EXEMPTION_WORDS]; /* ended by NULL */
	const char *key, *values[WARD_EXEMPTION_WORDS];
	const char *nodes;
	uint32_t n_ports;
	struct ward_exemption_port ports[2];
};

extern const struct ward_exemption_def ward_exemptions[WARD_N_EXEMPTION];
