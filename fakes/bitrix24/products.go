package bitrix24

import (
	"strconv"

	"progon"
)

// productMethods are the product rows of leads and deals: what the visit costs. Pages:
// crm/leads/crm-lead-productrows-set and its neighbours. There is no catalogue behind.
func productMethods() []*method {
	var out []*method
	for _, k := range kinds() {
		if k.name != "lead" && k.name != "deal" {
			continue
		}
		in := func(run func(*call, *kind) (any, error)) func(*call) (any, error) {
			return func(c *call) (any, error) { return run(c, k) }
		}
		out = append(out,
			&method{name: "crm." + k.name + ".productrows.set", scope: "crm", run: in(productsSet)},
			&method{name: "crm." + k.name + ".productrows.get", scope: "crm", run: in(productsGet)})
	}
	return out
}

func productsSet(c *call, k *kind) (any, error) {
	r, err := cardByID(c, k, "Not found", rightUpdate)
	if err != nil {
		return nil, err
	}
	given, _ := c.param("rows")
	rows, ok := asList(given)
	if !ok {
		return nil, classic("Parameter 'rows' must be array.")
	}
	kept, sum := []any{}, 0.0
	for _, item := range rows {
		m, isMap := asMap(item)
		if !isMap {
			continue
		}
		c.state.serial++
		price, errPrice := strconv.ParseFloat(orText(str(first(m, "PRICE")), "0"), 64)
		count, errCount := strconv.ParseFloat(orText(str(first(m, "QUANTITY")), "1"), 64)
		if errPrice != nil || errCount != nil {
			return nil, classic("Invalid product row.")
		}
		sum += price * count
		kept = append(kept, M("ID", strconv.Itoa(c.state.serial), "OWNER_ID", strconv.Itoa(r.id), "OWNER_TYPE", k.short,
			"PRODUCT_ID", num(first(m, "PRODUCT_ID")), "PRODUCT_NAME", str(first(m, "PRODUCT_NAME")), "ORIGINAL_PRODUCT_NAME", str(first(m, "PRODUCT_NAME")),
			"PRICE", price, "PRICE_EXCLUSIVE", price, "PRICE_NETTO", price, "PRICE_BRUTTO", price, "QUANTITY", count,
			"DISCOUNT_TYPE_ID", 2, "DISCOUNT_RATE", 0, "DISCOUNT_SUM", 0, "TAX_RATE", nil, "TAX_INCLUDED", "N", "CUSTOMIZED", "Y",
			"MEASURE_CODE", 796, "MEASURE_NAME", "шт", "SORT", 10*(len(kept)+1)))
	}
	list := c.state.docs("products:" + k.name)
	list.rows.put(r.id, M("ID", strconv.Itoa(r.id), "ROWS", kept))
	t := c.tableOf(k)
	if t.text(r, "IS_MANUAL_OPPORTUNITY") != "Y" {
		if r, err = c.change(t, r, M("OPPORTUNITY", strconv.FormatFloat(sum, 'f', 2, 64)), c.grant.user); err != nil {
			return nil, err
		}
	}
	x := t.effect(progon.Updated, r)
	x.Fields = flatten(x.Fields, "PRODUCTS", kept)
	c.changed(x)
	return true, nil
}

func productsGet(c *call, k *kind) (any, error) {
	r, err := cardByID(c, k, "Not found", rightRead)
	if err != nil {
		return nil, err
	}
	doc, _ := c.state.docs("products:" + k.name).get(r.id)
	rows, ok := asList(first(doc, "ROWS"))
	if !ok {
		rows = []any{}
	}
	return rows, nil
}
