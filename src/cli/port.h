/* SPDX-License-Identifier: Apache-2.0 */
/* The port that a person asks about: PORT, PORT/PROTO, NAME, NAME/PROTO, icmp. */
#pragma once

#include "base/proto.h"
#include "cli/command.h"

struct ward_port_word {
	enum ward_proto proto;
	bool any_proto;	 /* none was given: TCP, but a name may bring its own */
	uint16_t number; /* 0: none */
	char *name;	 /* or NULL; the caller frees */
};

/* "tcp", "UDP", … and for what has no ports "icmp" or "other"; WARD_N_PROTO. */
enum ward_proto ward_port_proto(const char *word);

/* 0, or WARD_EXIT_ERROR when it has told the user. */
int ward_port_parse(const struct ward_cli *cli, const char *text, struct ward_port_word *ret_word);
