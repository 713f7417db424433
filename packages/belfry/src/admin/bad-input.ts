/** The code of the admin API's answer to input that it does not understand; what cannot be done is `refused`. */
export const BAD_INPUT = 'bad_input';
