/* SPDX-License-Identifier: Apache-2.0 */
/* Wires, their arrows and their labels. */
#include "report/svg-colour.h"
#include "report/svg-draw.h"
#include "report/svg-style.h"

static void put_stroke(FILE *out, const struct svg_stroke *stroke)
{
	int middle = (stroke->bend0 + stroke->bend1) / 2;

	fprintf(out, "M%d %d", stroke->x0, stroke->y0);
	if (stroke->y0 != stroke->y1)
		fprintf(out, "H%dC%d %d %d %d %d %d", stroke->bend0, middle, stroke->y0, middle,
			stroke->y1, stroke->bend1, stroke->y1);
	fprintf(out, "H%d", stroke->x1);
}

/* "shop/backend" for a group or workload, the bare name of everything larger. */
static const char *unit_path(struct ward_arena *arena, const struct svg_picture *pic, uint32_t unit)
{
	const struct svg_unit *units = pic->units.items, *self = &units[unit];
	const char *name = *self->name ? self->name : "alike workloads";

	for (unit = self->parent; unit != WARD_NONE; unit = units[unit].parent)
		if (units[unit].kind == SVG_BLOCK)
			return ward_arena_format(arena, "%s/%s", units[unit].name, name);
	return name;
}

/* One line a flow: "shop/api → shop/db: 5432". */
static void put_net_title(const struct svg_picture *pic, FILE *out, struct ward_arena *arena,
			  const struct svg_net *net)
{
	const char *hub = unit_path(arena, pic, net->hub);

	fputs("<title>", out);
	for (uint32_t i = 0; i < net->spokes.n; i++) {
		const struct svg_spoke *spoke = &net->spokes.items[i];
		const char *far = unit_path(arena, pic, spoke->unit);

		fputs(i ? "\n" : "", out);
		ward_svg_text_put(out, net->hub_is_source ? hub : far);
		fputs(" → ", out);
		ward_svg_text_put(out, net->hub_is_source ? far : hub);
		fputs(": ", out);
		ward_svg_text_put(out, ward_svg_flow_ports(arena, pic, spoke->ports, net->partial,
							   UINT32_MAX));
	}
	fputs("</title>\n", out);
}

void ward_svg_put_wires(const struct svg_picture *pic, FILE *out)
{
	struct ward_arena arena = {};

	for (uint32_t i = 0; i < pic->nets.n; i++) {
		const struct svg_net *net = &pic->nets.items[i];

		fprintf(out, "<g class=\"w\" stroke=\"%s\"%s>", ward_svg_net_colour(pic, net),
			net->partial ? " stroke-dasharray=\"7 4\"" : "");
		put_net_title(pic, out, &arena, net);
		fputs("<path d=\"", out);
		for (uint32_t j = 0; j < pic->strokes.n; j++)
			if (pic->strokes.items[j].net == i)
				put_stroke(out, &pic->strokes.items[j]);
		fputs("\"/></g>\n", out);
	}
	ward_arena_done(&arena);
}

void ward_svg_put_arrow(FILE *out, int x, int y, bool rightwards, const char *colour)
{
	int back = rightwards ? -9 : 9;

	fprintf(out, "<path d=\"M%d %dl%d -4v8z\" fill=\"%s\"/>\n", x, y, back, colour);
}

void ward_svg_put_labels(const struct svg_picture *pic, FILE *out)
{
	struct ward_arena arena = {};

	for (uint32_t i = 0; i < pic->labels.n; i++) {
		const struct svg_label *label = &pic->labels.items[i];
		const struct svg_slot *slot = &pic->slots.items[label->slot];
		bool left = slot->side == SVG_LEFT;

		ward_svg_put_arrow(out, label->x + (left ? -1 : 1), label->y, left,
				   ward_svg_slot_colour(pic, label->slot));
		ward_svg_put_text(out, label->x + (left ? -13 : 13), label->y - 4, "l",
				  left ? "text-anchor=\"end\"" : "",
				  ward_svg_flow_ports(&arena, pic, slot->ports, slot->partial, 3));
	}
	ward_arena_done(&arena);
}
