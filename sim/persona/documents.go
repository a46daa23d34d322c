package persona

import (
	"fmt"
	"strconv"
)

// Documents are invented with valid check digits: a bot that validates must accept them.

func digitsOf(s string) []int {
	d := make([]int, len(s))
	for i := range s {
		d[i] = int(s[i] - '0')
	}
	return d
}

func weighted(digits []int, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += digits[i] * w
	}
	return sum
}

// snils completes nine digits by the control number.
func snils(nine string) string {
	sum := weighted(digitsOf(nine), 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101
	if sum == 100 {
		sum = 0
	}
	return fmt.Sprintf("%s-%s-%s %02d", nine[:3], nine[3:6], nine[6:], sum)
}

// inn completes ten digits by the two control digits of a person's number.
func inn(ten string) string {
	d := digitsOf(ten)
	d = append(d, weighted(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10)
	d = append(d, weighted(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10)
	return ten + strconv.Itoa(d[10]) + strconv.Itoa(d[11])
}

// luhn completes digits by the check digit of cards and policies.
func luhn(body string) string {
	sum := 0
	for i := range body {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return body + strconv.Itoa((10-sum%10)%10)
}
