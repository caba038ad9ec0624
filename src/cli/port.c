/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/port.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum ward_proto ward_port_proto(const char *word)
{
	for (int proto = 0; proto < WARD_N_PROTO; proto++)
		if (strcasecmp(word, ward_proto_str(proto)) == 0)
			return proto;
	return strcasecmp(word, "icmp") == 0 ? WARD_OTHER : WARD_N_PROTO;
}

int ward_port_parse(const struct ward_cli *cli, const char *text, struct ward_port_word *ret_word)
{
	const char *slash = strchr(text, '/');
	_cleanup_free_ char *port =
		ward_format("%.*s", (int)(slash ? slash - text : (ptrdiff_t)strlen(text)), text);
	struct ward_port_word word = {.proto = WARD_TCP, .any_proto = !slash};
	unsigned long number;
	char *end;

	if (slash)
		word.proto = ward_port_proto(slash + 1);
	else if (ward_port_proto(port) == WARD_OTHER) {
		*ret_word = (struct ward_port_word){.proto = WARD_OTHER};
		return 0;
	}
	if (word.proto >= WARD_OTHER)
		return ward_cli_error(cli,
				      "\"%s\": the protocol is tcp, udp or sctp, or icmp alone",
				      text);
	if (!isdigit((unsigned char)*port)) {
		word.name = TAKE_PTR(port);
		*ret_word = word;
		return 0;
	}
	errno = 0;
	number = strtoul(port, &end, 10);
	if (*end || errno || number < 1 || number > UINT16_MAX)
		return ward_cli_error(cli, "\"%s\": a port is a number from 1 to 65535", text);
	word.number = (uint16_t)number;
	*ret_word = word;
	return 0;
}
