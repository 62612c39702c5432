package account

// commonPasswords are those that lists of stolen passwords have most often, and
// what people make of the season and the year, of ten characters and more, in
// lower case; sorted.
func commonPasswords() []string {
	return []string{
		"!qaz2wsx#edc", "0123456789", "0987654321", "1029384756", "1111111111", "1122334455", "1223334444", "1234512345", "1234554321", "1234567890",
		"12345678901", "123456789012", "1234567890a", "1234567890q", "123456789a", "123456789q", "123456qwerty", "123qweasdzxc", "1357924680",
		"147258369a", "1q2w3e4r5t", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "1qazxsw23edc", "2468101214", "87654321aa",
		"9876543210", "a123456789", "a1234567890", "aa12345678", "aaa111aaa111", "abc1234567", "abc12345678", "abcd123456", "abcd1234567", "abcde12345",
		"abcdefghij", "abcdefghijk", "admin12345", "admin123456", "adminadmin", "administrator", "arsenal1234", "asd123asd123", "asdf123456",
		"asdfasdfasdf", "asdfghjkl1", "asdfghjkl;", "autumn2024", "autumn2025", "autumn2026", "barcelona1", "baseball123", "basketball", "batman1234",
		"changeme123", "changemeplease", "charlie123", "cheese1234", "chelsea1234", "chocolate1", "computer123", "correct horse battery staple",
		"correcthorsebatterystaple", "defaultpassword", "dragon1234", "facebook123", "football123", "google1234", "helloworld", "helloworld1",
		"hunter1234", "iloveyou!!", "iloveyou12", "iloveyou123", "iloveyou1234", "internet123", "january2026", "jordan1234", "juventus123", "letmein123",
		"letmein1234", "letmeinplease", "liverpool1", "liverpool123", "manchester", "manchester1", "manutd1234", "master1234", "michael123", "minecraft1",
		"minecraft123", "monday1234", "monkey1234", "nothing123", "november2026", "p@$$w0rd12", "p@ssw0rd12", "p@ssw0rd123", "p@ssword123", "pa55word123",
		"passw0rd!!", "passw0rd12", "passw0rd123", "password!!", "password01", "password1!", "password10", "password11", "password12", "password123",
		"password123!", "password1234", "password12345", "password2024", "password2025", "password2026", "passwordpassword", "pokemon1234", "portugal123",
		"princess123", "q1w2e3r4t5", "q1w2e3r4t5y6", "q1w2e3r4t5y6u7", "qazwsxedc1", "qazwsxedcrfv", "qwe123qwe123", "qweasdzxc1", "qweasdzxc123",
		"qwer123456", "qwerasdfzxcv", "qwerty1234", "qwerty12345", "qwerty123456", "qwerty2024", "qwerty2025", "qwerty2026", "qwertyuiop", "qwertyuiop1",
		"qwertyuiop123", "qwertyuiop[]", "real madrid", "relevorelevo", "rootpassword", "rootroot123", "samsung1234", "secret1234", "shadow1234",
		"soccer1234", "spiderman1", "spring2024", "spring2025", "spring2026", "startrek123", "starwars123", "summer2024", "summer2025", "summer2026",
		"sunshine123", "superman12", "superman123", "supervisor1", "test123456", "testpassword", "testtest123", "thequickbrownfox", "trustno123",
		"welcome123", "welcome123!", "welcome1234", "welcome2024", "welcome2025", "welcome2026", "whatever123", "winter2024", "winter2025", "winter2026",
		"zaq12wsxcde3", "zxc123zxc123", "zxcvbnm,./", "zxcvbnm123", "zxcvbnm1234",
	}
}
