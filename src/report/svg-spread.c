/* SPDX-License-Identifier: Apache-2.0 */
/* Placing things on a line near where they want to be, in order and apart: isotonic regression by
 * pooling neighbours that stand in each other's way (exact, linear). */
#include "report/svg-layer.h"

struct pool {
	double sum, weight;
	uint32_t n;
};

void ward_svg_spread(uint32_t n, double *wants, const double *weights, const int *gaps)
{
	_cleanup_free_ struct pool *pools = ward_new_n(struct pool, n);
	uint32_t n_pools = 0, at = 0;
	double offset = 0;

	for (uint32_t i = 0; i < n; i++) {
		offset += i ? gaps[i] : 0;
		pools[n_pools++] = (struct pool){(wants[i] - offset) * weights[i], weights[i], 1};
		while (n_pools > 1) {
			struct pool *last = &pools[n_pools - 1], *before = last - 1;

			if (before->sum / before->weight <= last->sum / last->weight)
				break;
			before->sum += last->sum;
			before->weight += last->weight;
			before->n += last->n;
			n_pools--;
		}
	}
	offset = 0;
	for (uint32_t i = 0; i < n_pools; i++)
		for (uint32_t j = 0; j < pools[i].n; j++, at++) {
			offset += at ? gaps[at] : 0;
			wants[at] = pools[i].sum / pools[i].weight + offset;
		}
}
