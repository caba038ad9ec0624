/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as a GroupPolicy writes them: NUMBER, "FIRST-LAST" or NAME, each perhaps with /PROTOCOL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "group/decode.h"
#include "kube/names.h"

#define PORT_RULE                                                                                  \
	"write 8080, \"9000-9010\" or the name of a port, and after it /UDP or /SCTP if it is "    \
	"not "                                                                                     \
	"TCP"

enum {
	NUMBER_LEN = 5 /* 65535 */
};

/* A number of at most five digits at *@text, which moves on; or -1. */
static int32_t number_take(const char **text)
{
	size_t len = strspn(*text, "0123456789");
	int32_t number = len && len <= NUMBER_LEN ? atoi(*text) : -1;

	*text += len;
	return number;
}

/* True if @text has the form of a number or a range. */
static bool range_parse(const char *text, int32_t *ret_low, int32_t *ret_high)
{
	int32_t low = number_take(&text), high = low;

	if (low < 0)
		return false;
	if (*text == '-') {
		text++;
		high = number_take(&text);
	}
	if (*text || high < 0)
		return false;
	*ret_low = low;
	*ret_high = high;
	return true;
}

static void range_decode(struct ward_np_port *port, const struct ward_field *item, int32_t low,
			 int32_t high)
{
	if (low < 1 || high > 65535)
		ward_field_expected(item, "bad-port", PORT_RULE, "ports 1–65535");
	else if (high < low)
		ward_field_expected(item, "bad-port", "write the smaller one first",
				    "a range FIRST-LAST");
	port->low = (uint16_t)low;
	port->high = (uint16_t)high;
}

/* The protocol as it should have been written, or NULL. */
static const char *proto_in_capitals(const char *name)
{
	for (enum ward_proto proto = 0; proto < WARD_OTHER; proto++)
		if (strcasecmp(name, ward_proto_str(proto)) == 0)
			return ward_proto_str(proto);
	return NULL;
}

static enum ward_proto proto_decode(const struct ward_field *item, const char *name)
{
	enum ward_proto proto = ward_proto_parse(name);
	const char *capitals = proto_in_capitals(name);
	char hint[64];

	if (proto < WARD_OTHER)
		return proto;
	if (capitals)
		snprintf(hint, sizeof(hint), "write %.*s%s", (int)(name - item->node->text),
			 item->node->text, capitals);
	ward_field_expected(item, "bad-protocol", capitals ? hint : PORT_RULE,
			    "TCP, UDP or SCTP after the slash");
	return WARD_TCP;
}

static void text_decode(struct ward_np_port *port, const struct ward_field *item, const char *text)
{
	size_t len = strcspn(text, "/");
	_cleanup_free_ char *number = ward_format("%.*s", (int)len, text);
	int32_t low, high;

	if (text[len])
		port->proto = proto_decode(item, text + len + 1);
	if (range_parse(number, &low, &high)) {
		range_decode(port, item, low, high);
		return;
	}
	port->name = ward_symbol(item->in->symbols, number);
	if (!ward_is_port_name(number))
		ward_field_expected(item, "bad-port", PORT_RULE, "a port");
}

struct ward_np_port ward_group_port_decode(const struct ward_field *item)
{
	struct ward_np_port port = {
		.mark = ward_field_mark(item),
		.proto = WARD_TCP,
		.name = WARD_NONE,
		.high = 65535,
	};
	const char *text;
	int64_t value;

	if (item->node->type == WARD_NODE_STRING) {
		text = ward_field_str(item);
		if (text)
			text_decode(&port, item, text);
	} else if (item->node->type == WARD_NODE_INT || item->node->type == WARD_NODE_FLOAT) {
		if (ward_field_int(item, 1, 65535, &value))
			port.low = port.high = (uint16_t)value;
	} else {
		ward_field_expected(item, "wrong-type", PORT_RULE, "a port");
	}
	return port;
}
