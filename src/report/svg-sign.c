/* SPDX-License-Identifier: Apache-2.0 */
/* Flows that are written on a unit rather than drawn: where one end holds the other, or is the
 * whole city, an arrow would have nowhere to come from; and exceptions have to be named. */
#include "report/svg-picture.h"

#include <string.h>

/* "all of shop but web". */
static const char *crowd_name(struct svg_picture *pic, uint32_t unit, const struct svg_flow *flow)
{
	const struct svg_unit *crowd = &pic->units.items[unit];
	const char *name = "all workloads";

	if (crowd->kind != SVG_CITY)
		name = ward_arena_format(&pic->arena, "all of %s",
					 *crowd->name ? crowd->name : "these");
	for (uint32_t i = 0; i < flow->n_but; i++)
		name = ward_arena_format(&pic->arena, "%s%s %s", name, i ? "," : " but",
					 pic->units.items[flow->but[i]].name);
	return name;
}

const char *ward_svg_flow_ports(struct ward_arena *arena, const struct svg_picture *pic,
				uint32_t ports, bool partial, uint32_t max)
{
	if (partial)
		return "some";
	return ward_svg_ports_text(arena, pic->ports.items[ports], max);
}

/* Is the flow a matter of @unit's own, seen from within it? */
static bool flow_is_sign(const struct svg_picture *pic, const struct svg_flow *flow)
{
	return flow->n_but || flow->from == SVG_CITY_UNIT || flow->to == SVG_CITY_UNIT ||
	       ward_svg_unit_is_in(pic, flow->from, flow->to) ||
	       ward_svg_unit_is_in(pic, flow->to, flow->from);
}

static bool flow_has_twin(const struct svg_picture *pic, const struct svg_flow *flow)
{
	for (uint32_t i = 0; i < pic->flows.n; i++) {
		const struct svg_flow *other = &pic->flows.items[i];

		if (other->from == flow->to && other->to == flow->from &&
		    other->ports == flow->ports && other->partial == flow->partial &&
		    !other->n_but && !flow->n_but)
			return true;
	}
	return false;
}

static const char *sign_ports(struct svg_picture *pic, const struct svg_flow *flow)
{
	const char *ports = ward_svg_flow_ports(&pic->arena, pic, flow->ports, flow->partial, 3);

	return strcmp(ports, "all") ? ports : "all ports";
}

static void sign_add(struct svg_picture *pic, const struct svg_flow *flow)
{
	bool twin = flow_has_twin(pic, flow);
	bool crowd_is_from = pic->units.items[flow->from].n > pic->units.items[flow->to].n;
	uint32_t at = crowd_is_from ? flow->to : flow->from;
	uint32_t crowd = crowd_is_from ? flow->from : flow->to;
	const char *ports = sign_ports(pic, flow), *text;

	if (at == crowd && flow->partial)
		text = "some talk to each other";
	else if (at == SVG_CITY_UNIT && at == crowd)
		text = ward_arena_format(&pic->arena, "All workloads may talk to each other: %s",
					 ports);
	else if (at == crowd)
		text = ward_arena_format(&pic->arena, "all talk to all: %s", ports);
	else if (twin && !crowd_is_from)
		return;
	else
		text = ward_arena_format(&pic->arena, "%s %s: %s",
					 twin		 ? "⇄"
					 : crowd_is_from ? "←"
							 : "→",
					 crowd_name(pic, crowd, flow), ports);
	ward_vec_push(&pic->units.items[at].signs, text);
}

void ward_svg_signs_build(struct svg_picture *pic)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pic->flows.n; i++)
		if (flow_is_sign(pic, &pic->flows.items[i]))
			sign_add(pic, &pic->flows.items[i]);
	for (uint32_t i = 0; i < pic->flows.n; i++)
		if (!flow_is_sign(pic, &pic->flows.items[i]))
			pic->flows.items[n++] = pic->flows.items[i];
	pic->flows.n = n;
}
